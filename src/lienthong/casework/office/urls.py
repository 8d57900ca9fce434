"""Pages of the document office (văn phòng điện tử), under /van-phong/."""

urlpatterns: list[object] = []
