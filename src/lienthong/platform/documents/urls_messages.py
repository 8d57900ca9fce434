"""Pages of the axis for clerks and leaders, below `/van-ban/truc/`."""

from django.urls import path

from lienthong.platform.documents.views import axis, axis_deeds

urlpatterns = [
    path("", axis.overview, name="documents-axis"),
    path("<uuid:message_id>/", axis.show_message, name="documents-message"),
    path("<uuid:message_id>/gui-lai/", axis_deeds.send_again, name="documents-send-again"),
    path("noi-nhan/<int:delivery_id>/", axis.show_recipient, name="documents-recipient"),
    path("noi-nhan/<int:delivery_id>/lay-lai/", axis_deeds.ask_back, name="documents-ask-back"),
    path("thu-hoi/<uuid:document_id>/", axis_deeds.recall, name="documents-recall"),
    path("cap-nhat/<uuid:document_id>/", axis_deeds.update, name="documents-update"),
    path("thay-the/<uuid:document_id>/", axis_deeds.replace_document, name="documents-replace"),
    path("tra-loi/<uuid:arrival_id>/", axis_deeds.answer, name="documents-answer"),
]
