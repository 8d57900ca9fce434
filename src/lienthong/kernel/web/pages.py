"""Answers of the web base that any view or middleware may return: refusals and errors, as a page or a problem body."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr

TITLES = {
    400: tr("Không đọc được yêu cầu", "We could not read the request"),
    401: tr("Bạn cần đăng nhập", "Please sign in"),
    403: tr("Bạn không có quyền xem trang này", "You do not have access to this page"),
    404: tr("Không tìm thấy trang", "Page not found"),
    405: tr("Trang này không nhận cách gửi đó", "This page does not take that method"),
    409: tr("Việc này đã được làm hoặc đã thay đổi", "This was already done or has changed"),
    413: tr("Dữ liệu gửi lên quá lớn", "What was sent is too large"),
    422: tr("Chưa làm được việc này", "This could not be done"),
    429: tr("Bạn thử quá nhiều lần", "Too many attempts"),
    500: tr("Hệ thống đang gặp sự cố", "There is a problem with the service"),
    503: tr("Dịch vụ tạm thời không dùng được", "The service is unavailable"),
}
CODES = {
    400: "web.bad-request",
    403: "web.forbidden",
    404: "web.not-found",
    405: "web.method",
    413: "web.too-large",
    500: "web.failed",
}
"""Codes of the problem bodies of errors that no room refused."""
API_PATHS = (
    "/api/",
    "/exchange/",
    "/catalogue/",
    "/authority/",
    "/documents/",
    "/monitoring/",
    "/metrics",
    "/asic",
    "/signing/",
    "/xac-minh/api/",
)
STALE_FORM = tr(
    "Trang này đã mở quá lâu nên không gửi được. Hãy quay lại, tải lại trang và gửi lần nữa.",
    "This page was open for too long to be sent. Go back, reload the page and send it again.",
)


def wants_problem(request: HttpRequest) -> bool:
    """Does a program, not a person, read the answer?"""
    return request.path.startswith(API_PATHS) or not request.accepts("text/html")


def refusal_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The refusal's sentence as a page with its status; the code stands small below, for support."""
    if wants_problem(request):
        return problem(refusal)
    return error_page(request, refusal.status, message=refusal.message, code=refusal.code)


def error_page(request: HttpRequest, status: int, message: Bilingual | None = None, code: str = "") -> HttpResponse:
    """The answer for an HTTP status: a page that says what the person can do next, or a problem body."""
    title = TITLES.get(status, TITLES[500])
    if wants_problem(request):
        return problem(Refused(code or CODES.get(status, CODES[500]), message or title, status=status))
    context = {"status": status, "title": title, "message": message, "code": code}
    return render(request, "web/error.html", context, status=status)


def problem(refusal: Refused) -> JsonResponse:
    """A refusal as a problem body (RFC 9457)."""
    return JsonResponse(refusal.as_problem(), status=refusal.status, content_type="application/problem+json")
