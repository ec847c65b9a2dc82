"""The form with which a file is sent."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings

from backend.accounts.models import Officer
from backend.common.languages import both, language
from backend.registry.admin.forms import LineField, ServiceForm, label
from backend.registry.admin.words import WGS84, epsg_words, value_words
from backend.registry.importing import runs
from backend.registry.importing.background import import_read
from backend.registry.importing.rows import ReadOptions
from backend.registry.models import ImportRun
from backend.registry.services.imports import READING
from shared.geo.zones import ZONES
from shared.problems import Problem

KINDS = (runs.LICENCES, runs.BOUNDARIES, runs.DECLARED_OUTPUT)


def pairs_of(text: str) -> dict[str, str]:
    """Lines of NAME=VALUE. ValidationError."""
    found = {}
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        if not line.strip():
            continue
        if not sign or not name.strip() or not value.strip():
            raise forms.ValidationError(
                both(f"“{line[:60]}”: cần dạng tên=giá trị.", f"“{line[:60]}”: name=value is needed.")
            )
        found[name.strip()] = value.strip()
    return found


class PairsField(forms.CharField):
    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false"})

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, max_length=4000, **more)

    def clean(self, value: Any) -> Any:
        return pairs_of(super().clean(value))


class UploadForm(ServiceForm):
    """The file is on the disk by the time this looks at it."""

    kind = forms.ChoiceField(
        label=label("tệp chứa", "the file holds"),
        choices=lambda: [(kind, value_words("importrun.kind", kind)) for kind in KINDS],
    )
    file = forms.FileField(
        label=label("tệp", "file"),
        max_length=255,
        help_text=both(
            "CSV, XLSX, GeoJSON, shapefile nén zip, GeoPackage, KML. Đọc thử trước, chưa nhập gì.",
            "CSV, XLSX, GeoJSON, zipped shapefile, GeoPackage, KML. It is read first; nothing is imported yet.",
        ),
    )
    epsg = forms.ChoiceField(
        label=label("hệ tọa độ", "coordinate system"),
        required=False,
        choices=lambda: [
            ("", both("— như tệp ghi, hoặc sẽ được hỏi —", "— as the file says, or asked later —")),
            *((code, epsg_words(code)) for code in (*sorted(ZONES), WGS84)),
        ],
    )
    encoding = LineField(
        20,
        label=label("bảng mã", "encoding"),
        required=False,
        help_text=both("Để trống: tự nhận.", "Empty: found out."),
    )
    columns = PairsField(
        label=label("cột nào là mục nào", "which column is which"),
        help_text=both(
            "Mỗi dòng: mục=tiêu đề cột, như number=Số QĐ.", "A line each: field=header, as number=Permit no."
        ),
    )
    defaults = PairsField(
        label=label("khi ô trống", "where a cell is empty"),
        help_text=both("Mỗi dòng: mục=giá trị, như mineral=CAT.", "A line each: field=value, as mineral=CAT."),
    )

    def __init__(self, data: Any = None, *, upload_refused: str = "", **more: Any) -> None:
        super().__init__(data, **more)
        self.upload_refused = upload_refused

    def clean(self) -> dict[str, Any]:
        if self.upload_refused:
            self.errors.pop("file", None)
            self.show_refused(self.upload_refused)
        return super().clean() or {}

    def show_refused(self, code: str) -> None:
        values = {"limit": settings.IMPORT_MAX_BYTES} if code == "too_large" else {}
        self.add_error("file", Problem(code, **values).detail(language()))

    def save(self, *, by: Officer, now: datetime) -> ImportRun:
        said, file = self.cleaned_data, self.cleaned_data["file"]
        run = runs.run_begin(
            path=Path(file.temporary_file_path()),
            file_name=file.name,
            kind=said["kind"],
            options=ReadOptions(
                epsg=int(said["epsg"]) if said["epsg"] else None,
                encoding=said["encoding"] or None,
                columns=said["columns"],
                max_bytes=settings.IMPORT_MAX_BYTES,
            ),
            answers={},
            defaults=said["defaults"],
            by=by,
            now=now,
        )
        if run.state == READING:
            import_read.enqueue(str(run.id))
        return run
