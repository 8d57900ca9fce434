"""Pages of the one-stop shop (một cửa), under /mot-cua/."""

from django.urls import path

from lienthong.casework.dossiers.views import counter, deeds, dossier, papers, signing, worklist

urlpatterns = [
    path("", worklist.work_list, name="dossiers-work"),
    path("tiep-nhan/", counter.choose_procedure, name="dossiers-counter"),
    path("tiep-nhan/<str:procedure_code>/", counter.file_here, name="dossiers-counter-form"),
    path("ky/", signing.sign_many, name="dossiers-signing"),
    path("<uuid:dossier_id>/", dossier.show_dossier, name="dossiers-dossier"),
    path("<uuid:dossier_id>/viec/<slug:deed>/", deeds.do_deed, name="dossiers-deed"),
    path("<uuid:dossier_id>/dan-cu/", dossier.look_up, name="dossiers-look-up"),
    path("<uuid:dossier_id>/phieu/<slug:form>.pdf", papers.show_form, name="dossiers-form"),
    path("<uuid:dossier_id>/tep/<uuid:attachment_id>/", papers.show_attachment, name="dossiers-attachment"),
    path("<uuid:dossier_id>/ket-qua.pdf", papers.show_result, name="dossiers-result"),
]
