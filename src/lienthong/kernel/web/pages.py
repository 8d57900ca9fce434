"""Pages of the web base that any view or middleware may return: refusals and errors."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr

TITLES = {
    400: tr("Không đọc được yêu cầu", "We could not read the request"),
    401: tr("Bạn cần đăng nhập", "Please sign in"),
    403: tr("Bạn không có quyền xem trang này", "You do not have access to this page"),
    404: tr("Không tìm thấy trang", "Page not found"),
    409: tr("Việc này đã được làm hoặc đã thay đổi", "This was already done or has changed"),
    422: tr("Chưa làm được việc này", "This could not be done"),
    429: tr("Bạn thử quá nhiều lần", "Too many attempts"),
    500: tr("Hệ thống đang gặp sự cố", "There is a problem with the service"),
    503: tr("Dịch vụ tạm thời không dùng được", "The service is unavailable"),
}
STALE_FORM = tr(
    "Trang này đã mở quá lâu nên không gửi được. Hãy quay lại, tải lại trang và gửi lần nữa.",
    "This page was open for too long to be sent. Go back, reload the page and send it again.",
)


def refusal_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The refusal's sentence as a page with its status; the code stands small below, for support."""
    return error_page(request, refusal.status, message=refusal.message, code=refusal.code)


def error_page(request: HttpRequest, status: int, message: Bilingual | None = None, code: str = "") -> HttpResponse:
    """The page for an HTTP status, with what the person can do next."""
    context = {"status": status, "title": TITLES.get(status, TITLES[500]), "message": message, "code": code}
    return render(request, "web/error.html", context, status=status)
