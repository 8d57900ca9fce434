"""Pages of documents for clerks, leaders and handlers, below `/van-ban/`."""

from django.urls import path

from lienthong.platform.documents.views import books, desk, document, importing, papers, registers, search, statistics

urlpatterns = [
    path("", desk.incoming, name="documents-incoming"),
    path("dang-ky/", desk.register_many, name="documents-register-many"),
    path("di/", desk.outgoing, name="documents-outgoing"),
    path("di/<uuid:document_id>/", document.show_sent, name="documents-sent"),
    path("den/<uuid:arrival_id>/", document.show_arrival, name="documents-arrival"),
    path("den/<uuid:arrival_id>/dang-ky/", document.register, name="documents-register"),
    path("den/<uuid:arrival_id>/tu-choi/", document.refuse, name="documents-refuse"),
    path("tep/<uuid:message_id>/<int:position>/", papers.show_paper, name="documents-paper"),
    path("tep/<uuid:message_id>/<int:position>/chu-ky/", papers.show_signatures, name="documents-signatures"),
    path("tim/", search.find, name="documents-search"),
    path("thong-ke/", statistics.show, name="documents-statistics"),
    path("thong-ke/so-lieu.<slug:form>", statistics.save, name="documents-statistics-file"),
    path("so/", registers.list_registers, name="documents-registers"),
    path("so/lay-so/", registers.give_number, name="documents-give-number"),
    path("so/giay/", registers.register_paper, name="documents-register-paper"),
    path("so/cach-danh-so/", registers.numbering_rule, name="documents-numbering-rule"),
    path("so/<int:register_id>/", registers.show_register, name="documents-show-register"),
    path("so/<int:register_id>/so.<slug:form>", books.save_book, name="documents-book"),
    path("so/dong/<int:entry_id>/", registers.show_entry, name="documents-entry"),
    path("so/dong/<int:entry_id>/ghi/", registers.change_entry, name="documents-change-entry"),
    path("so/dong/<int:entry_id>/quet/", papers.show_scan, name="documents-scan"),
    path("nhap/", importing.list_imports, name="documents-imports"),
    path("nhap/<uuid:import_id>/", importing.show_import, name="documents-import"),
]
