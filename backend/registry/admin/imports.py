"""Pages of imports: a file is sent, read by the worker, looked at row by row, asked about, and taken whole."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern
from django.utils import timezone

from backend.accounts.keeping import may_keep
from backend.accounts.uploading import REFUSED
from backend.common.languages import both, language
from backend.registry.admin.base import NONE, TablePages, actor_of, number, shown
from backend.registry.admin.import_forms import UploadForm
from backend.registry.admin.import_report import as_csv, as_xlsx
from backend.registry.admin.licence_forms import question, row_shapes, shapes_key
from backend.registry.admin.words import COLUMNS, FIELD_VALUES, FIELDS, epsg_words, value_words
from backend.registry.importing import runs
from backend.registry.importing.background import import_read
from backend.registry.importing.run_words import words_of
from backend.registry.models import ImportRow, ImportRun
from backend.registry.selectors import import_pages as pages
from backend.registry.selectors.imports import ACCEPTED, QUESTION, REPAIRED, outcomes, run_of
from backend.registry.selectors.imports import runs as all_runs
from backend.registry.services.imports import READING, run_stop
from shared.problems import Problem

_ROWS = 50  # on a page
_SILENT = timedelta(minutes=2)  # without a word of the worker: it has not begun
_ANSWER = "answer:"


@admin.register(ImportRun)
class ImportPages(TablePages):
    personal = True
    add_form_class = UploadForm
    add_words = ("Nhập tệp", "Import a file")
    detail_template = "registry/admin/import.html"
    list_display = ("file_name", "kind_said", "state_said", "counted", "made_by", "made_at")
    list_filter = ("kind", "state")
    ordering = ("-made_at",)
    list_select_related = ("made_by",)
    search_fields = ("file_name",)
    COUNTS: ClassVar[tuple[str, ...]] = (ACCEPTED, REPAIRED, QUESTION, "refused")

    def get_queryset(self, request: HttpRequest) -> Any:
        return all_runs()

    @admin.display(description=both("loại", "kind"), ordering="kind")
    def kind_said(self, run: ImportRun) -> str:
        return value_words("importrun.kind", run.kind)

    @admin.display(description=both("trạng thái", "state"), ordering="state")
    def state_said(self, run: ImportRun) -> str:
        return value_words("importrun.state", run.state)

    @admin.display(description=both("các dòng", "rows"))
    def counted(self, run: ImportRun) -> str:
        counts = [(name, run.counts.get(name)) for name in self.COUNTS]
        return ", ".join(f"{value_words('importrow.outcome', name)}: {n}" for name, n in counts if n) or NONE

    def get_urls(self) -> list[URLPattern]:
        return [
            self.address("<uuid:run>/state/", self.state_view, "state"),
            self.address("<uuid:run>/stop/", self.stop_view, "stop"),
            self.address("<uuid:run>/answer/", self.answer_view, "answer"),
            self.address("<uuid:run>/apply/", self.apply_view, "apply"),
            self.address("<uuid:run>/row/<int:number>/", self.row_view, "row"),
            self.address("<uuid:run>/report.<str:kind>", self.report_view, "report"),
            *super().get_urls(),
        ]

    # --- sending a file

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm()
        if request.method == "POST":
            form = UploadForm(request.POST, files=request.FILES, upload_refused=request.META.get(REFUSED, ""))
            if form.is_valid():
                try:
                    run = form.save(by=actor_of(request), now=timezone.now())
                except Problem as problem:
                    form.show(problem)
                else:
                    return HttpResponseRedirect(self.url("change", run.pk))
        words = both("Đọc thử", "Read it")
        return self.page(request, self.form_template, both(*self.add_words), form=form, submit_words=words)

    # --- one run

    def detail(self, request: HttpRequest, row: ImportRun) -> dict[str, Any]:
        keeps = may_keep(request.user)
        context: dict[str, Any] = {
            "facts": self.facts(row),
            "run": row,
            "keeps": keeps,
            "addresses": {name: self.url(name, row.pk) for name in ("state", "stop", "answer", "apply")},
        }
        if row.state == READING:
            return {**context, **self.reading(row)}
        counts = outcomes(row)
        return {
            **context,
            "refusal": runs.problem_words(row, language()),
            "reports": [(kind, self.url("report", row.pk, kind)) for kind in ("csv", "xlsx")],
            "can_apply": keeps and row.state == "checked" and bool(counts[ACCEPTED] or counts[REPAIRED]),
            "counts": [(name, value_words("importrow.outcome", name), counts[name]) for name in self.COUNTS],
            "open": counts[QUESTION],
            **self.rows(request, row, counts),
        }

    def facts(self, run: ImportRun) -> list[tuple[str, str]]:
        options = run.options
        known = [
            (both("loại", "kind"), value_words("importrun.kind", run.kind)),
            (both("trạng thái", "state"), value_words("importrun.state", run.state)),
            (both("kích thước", "size"), f"{number(run.size / 2**20, 3)} MiB"),
            ("SHA-256", run.sha256 or NONE),
            (both("người đọc", "read by"), shown(str(run.made_by) if run.made_by else None)),
            (both("đọc lúc", "read at"), shown(run.made_at)),
            (both("nhập lúc", "imported at"), shown(run.applied_at)),
        ]
        if options.get("epsg"):
            known.append((both("hệ tọa độ", "coordinate system"), epsg_words(options["epsg"])))
        for words, pairs in (
            (both("các cột", "columns"), options.get("columns")),
            (both("khi ô trống", "where a cell is empty"), options.get("defaults")),
            (both("đã trả lời", "answered"), run.answers),
        ):
            if pairs:
                known.append((words, "\n".join(f"{name} = {value}" for name, value in list(pairs.items())[:100])))
        return known

    def reading(self, run: ImportRun) -> dict[str, Any]:
        """How far the worker is. Without a word from it the page says what may be the matter."""
        begun = "done" in run.counts
        return {
            "done": run.counts.get("done", 0),
            "total": run.counts.get("total"),
            "progress_words": self.progress_words(run),
            "silent": not begun and timezone.now() - run.made_at > _SILENT,
        }

    def progress_words(self, run: ImportRun) -> str:
        done, total = run.counts.get("done"), run.counts.get("total")
        if done is None:
            return str(both("Đang chờ đến lượt.", "Waiting for its turn."))
        if total:
            return str(both(f"Đã đọc {done} trên {total} dòng.", f"{done} of {total} rows read."))
        return str(both(f"Đã đọc {done} dòng.", f"{done} rows read."))

    def rows(self, request: HttpRequest, run: ImportRun, counts: dict[str, int]) -> dict[str, Any]:
        outcome = request.GET.get("outcome", "")
        outcome = outcome if outcome in self.COUNTS else ""
        asked = request.GET.get("p", "1")
        page = max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1
        rows, total = pages.rows_shown(run, outcome, (page - 1) * _ROWS, _ROWS)
        last = max(1, -(-total // _ROWS))
        asks = run.state == "checked" and may_keep(request.user)
        return {
            "outcome": outcome,
            "rows": [self.line(run, row, asks) for row in rows],
            "page_number": page,
            "page_last": last,
            "page_before": page - 1 if page > 1 else None,
            "page_after": page + 1 if page < last else None,
            "alike": self.alike(run) if asks and counts[QUESTION] else [],
            "asks": asks and bool(counts[QUESTION]),
        }

    def line(self, run: ImportRun, row: ImportRow, asks: bool) -> dict[str, Any]:
        return {
            "row": row,
            "url": self.url("row", run.pk, row.number),
            "outcome_said": value_words("importrow.outcome", row.outcome),
            "notes": notes_of(row, run, asks and row.outcome == QUESTION),
        }

    def alike(self, run: ImportRun) -> list[dict[str, Any]]:
        """Questions that several rows have in common, answered together."""
        return [
            {
                "question": question(found.key, found.choices, run.answers),
                "count": found.count,
                "example": note_words(found.code, found.values),
            }
            for found in pages.questions_alike(run)
            if found.count > 1
        ]

    def run(self, request: HttpRequest, run_id: Any, *, keeping: bool = False, posted: bool = False) -> ImportRun:
        if keeping and not may_keep(request.user):
            raise PermissionDenied
        if posted and request.method != "POST":
            raise Problem("method_not_allowed", method=request.method)
        found = run_of(run_id)
        if found is None:
            raise Http404
        return found

    def state_view(self, request: HttpRequest, run: Any) -> JsonResponse:
        """For the page that follows a reading; says nothing of people, so that it is not recorded."""
        found = self.run(request, run)
        said = {"state": found.state, "words": self.progress_words(found)}
        return JsonResponse({**said, "done": found.counts.get("done", 0), "total": found.counts.get("total")})

    def stop_view(self, request: HttpRequest, run: Any) -> HttpResponse:
        found = self.run(request, run, keeping=True, posted=True)
        run_stop(found, by=actor_of(request), now=timezone.now())
        return HttpResponseRedirect(self.url("change", found.pk))

    def answer_view(self, request: HttpRequest, run: Any) -> HttpResponse:
        found = self.run(request, run, keeping=True, posted=True)
        answers = {
            key[len(_ANSWER) :]: str(value).strip()[:200]
            for key, value in request.POST.items()
            if key.startswith(_ANSWER) and str(value).strip()
        }
        if not answers:
            messages.warning(request, str(both("Chưa chọn câu trả lời nào.", "No answer was chosen.")))
            return HttpResponseRedirect(self.url("change", found.pk))
        again = runs.run_again(run=found, answers=answers, by=actor_of(request), now=timezone.now())
        import_read.enqueue(str(again.id))
        return HttpResponseRedirect(self.url("change", again.pk))

    def apply_view(self, request: HttpRequest, run: Any) -> HttpResponse:
        found = self.run(request, run, keeping=True, posted=True)
        leave_out = request.POST.get("leave_out") == "yes"
        try:
            runs.run_apply(run=found, by=actor_of(request), now=timezone.now(), leave_out_questions=leave_out)
        except Problem as problem:
            messages.error(request, problem_sentences(problem))
        else:
            messages.success(request, str(both("Đã nhập.", "Imported.")))
        return HttpResponseRedirect(self.url("change", found.pk))

    def row_view(self, request: HttpRequest, run: Any, number: int) -> HttpResponse:
        found = self.run(request, run)
        row = pages.row_of(found, number) if number < 2**31 else None
        if row is None:
            raise Http404
        self.viewed(request, found, number=row.number)
        before, after = pages.neighbours_of(row)
        content = row.content
        asks = found.state == "checked" and may_keep(request.user) and row.outcome == QUESTION
        return self.page(
            request,
            "registry/admin/import_row.html",
            f"{both('Dòng', 'Row')} {content.get('sheet_row', row.number)}: {row.name}",
            back_url=self.url("change", found.pk),
            back_words=found.file_name,
            line=self.line(found, row, asks),
            facts=row_facts(row),
            properties=[(str(name), shown(value)) for name, value in content.get("properties", {}).items()],
            corner_table=content.get("corner_table", ""),
            shapes=row_shapes(content.get("geometry"), content.get("proposed"), row.name),
            key=shapes_key() if content.get("proposed") else [],
            before_url=self.url("row", found.pk, before) if before else "",
            after_url=self.url("row", found.pk, after) if after else "",
            answer_url=self.url("answer", found.pk) if asks else "",
        )

    def report_view(self, request: HttpRequest, run: Any, kind: str) -> Any:
        found = self.run(request, run)
        if kind not in ("csv", "xlsx"):
            raise Http404
        self.viewed(request, found, report=kind)
        return as_csv(found, language()) if kind == "csv" else as_xlsx(found, language())


def note_words(code: str, values: dict[str, Any]) -> str:
    """A note with the columns by what people call them."""
    named = values.get("field")
    words = FIELDS.get(str(named)) or COLUMNS.get(str(named))
    return words_of(code, {**values, "field": both(*words)} if words else values, language())


def notes_of(row: ImportRow, run: ImportRun, asks: bool) -> list[dict[str, Any]]:
    """What is said of a row, each with its question where it asks one."""
    return [
        {"words": note_words(note["code"], note["values"]), "questions": _asked(note["values"], run) if asks else []}
        for note in row.notes
    ]


def _asked(values: dict[str, Any], run: ImportRun) -> list[dict[str, Any]]:
    if not values.get("answer"):
        return []
    return [question(str(values["answer"]), str(values.get("choices", "")), run.answers)]


def row_facts(row: ImportRow) -> list[tuple[str, str]]:
    """What the row was read as."""
    content = row.content
    epsg = content.get("epsg")
    found = [(both("thuộc về", "belongs to"), shown(row.key))]
    if "geometry" in content:
        found += [
            (both("hệ tọa độ", "coordinate system"), epsg_words(epsg) if epsg else NONE),
            (both("diện tích ghi (ha)", "declared (ha)"), shown(content.get("declared_ha"))),
            (both("diện tích tính (ha)", "computed (ha)"), shown(content.get("computed_ha"))),
            (both("chênh lệch (%)", "difference (%)"), shown(content.get("difference_percent"))),
        ]
    measured = row.run.kind == runs.DECLARED_OUTPUT
    for name, value in content.get("fields", {}).items():
        words = COLUMNS.get(name) if measured and name == "basis" else FIELDS.get(name) or COLUMNS.get(name)
        named = "basis" if measured and name == "basis" else FIELD_VALUES.get(name)
        text = value_words(named, value) if named and value else shown(value)
        found.append((both(*words) if words else name, text))
    return found


def problem_sentences(problem: Problem) -> str:
    errors = [f"{error.path}: {error.as_json(language())['detail']}" for error in problem.errors[:20]]
    return " ".join([problem.detail(language()), *errors])
