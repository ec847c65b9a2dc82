"""The view of each route, imported when it is first opened: a phone that starts loads only what it shows."""

from importlib import import_module
from typing import Any

from mobile.presenters.routes import Screen
from mobile.ui.screen import ScreenView

_VIEWS = {
    Screen.ENROL: ("enrol", "EnrolView"),
    Screen.LOCK: ("lock", "LockView"),
    Screen.OFFICERS: ("officers", "OfficersView"),
    Screen.HOME: ("home", "HomeView"),
    Screen.FORM: ("form", "FormView"),
    Screen.REVIEW: ("review", "ReviewView"),
    Screen.SIGN: ("sign", "SignView"),
    Screen.PHOTO: ("photo", "PhotoView"),
    Screen.POSITION: ("position", "PositionView"),
    Screen.TASKS: ("tasks", "TasksView"),
    Screen.TASK: ("task", "TaskView"),
    Screen.MAP: ("map", "MapScreen"),
    Screen.LOOKUP: ("lookup", "LookupView"),
    Screen.SYNC: ("sync", "SyncView"),
    Screen.CARRY: ("carry", "CarryView"),
    Screen.REPORT: ("report", "ReportView"),
    Screen.SETTINGS: ("settings", "SettingsView"),
    Screen.ABOUT: ("about", "AboutView"),
    Screen.GALLERY: ("gallery", "GalleryView"),
}


def view_of(screen: Screen) -> type[ScreenView[Any]]:
    module, name = _VIEWS[screen]
    view: type[ScreenView[Any]] = getattr(import_module(f"mobile.ui.screens.{module}.screen"), name)
    return view
