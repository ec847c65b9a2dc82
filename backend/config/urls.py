"""Every address of the office."""

from django.contrib import admin
from django.contrib.auth import views as sessions
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from backend.accounts.pages import CodesPage, SignInPage
from backend.config.health import healthz
from backend.config.root import ApiRoot

api: list[URLPattern | URLResolver] = [
    path("", ApiRoot.as_view(), name="api-root"),
    # Before `reports/` of the inspections, so that the exact addresses of deliveries win.
    path("", include("backend.sync.urls")),
    path("", include("backend.audit.urls")),
    path("", include("backend.accounts.urls")),
    path("", include("backend.registry.urls")),
    path("", include("backend.inspections.urls")),
    path("", include("backend.enforcement.urls")),
    path("", include("backend.reporting.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]

# In the namespace in which the browsable API looks for them.
web_session = [
    path("login/", SignInPage.as_view(), name="login"),
    path("logout/", sessions.LogoutView.as_view(), name="logout"),
]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", include(api)),
    path("admin/", admin.site.urls),
    path("devices/codes/", CodesPage.as_view(), name="codes-page"),
    path("web-session/", include((web_session, "rest_framework"))),
    path("", RedirectView.as_view(url="/web-session/login/?next=/api/v1/")),
]

handler400 = "backend.common.problems.bad_request"
handler403 = "backend.common.problems.forbidden"
handler404 = "backend.common.problems.not_found"
handler500 = "backend.common.problems.server_error"
