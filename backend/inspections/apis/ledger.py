"""The load ledger."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.authentication import officer_of, read_clock
from backend.accounts.permissions import CASE_READERS, EVERYONE
from backend.accounts.scoping import scope_of
from backend.common.languages import language
from backend.common.paging import ByNumber
from backend.inspections import ledger as load_ledger
from shared.rules.words import sentence


class LedgerCapacityOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    effective_from = serializers.DateField()
    quantity = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    basis = serializers.CharField()


class DeclaredMonthOutput(serializers.Serializer[Any]):
    """`quantity` in the unit of the declaration, `in_unit` in that of the ledger, null where nobody can say."""

    month = serializers.IntegerField()
    quantity = serializers.DecimalField(max_digits=18, decimal_places=3)
    unit = serializers.CharField()
    basis = serializers.CharField()
    in_unit = serializers.FloatField(allow_null=True)
    revision = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name beside DRF's own attribute


class DeclaredOutput(serializers.Serializer[Any]):
    """`percent` of the capacity; `step_percent`: the last step over it that was reached (15, 25, 50, 100), 0 below."""

    quantity = serializers.FloatField(allow_null=True)
    percent = serializers.FloatField(allow_null=True)
    step_percent = serializers.IntegerField(allow_null=True)
    months = DeclaredMonthOutput(many=True)


class ObservedOutput(serializers.Serializer[Any]):
    """`sampled`: some loads were seen, not all; then they prove no excess by themselves (`proves`)."""

    place_kind = serializers.ChoiceField(choices=["stop", "gate"])
    sampled = serializers.BooleanField()
    proves = serializers.BooleanField()
    loads = serializers.IntegerField()
    loads_without_quantity = serializers.IntegerField()
    quantity = serializers.FloatField(allow_null=True)
    uncertainty = serializers.FloatField(allow_null=True)
    through_density = serializers.FloatField()
    as_of = serializers.DateField(allow_null=True)
    percent = serializers.FloatField(allow_null=True)
    step_percent = serializers.IntegerField(allow_null=True)


class VerdictOutput(serializers.Serializer[Any]):
    rule = serializers.CharField()
    version = serializers.CharField()
    answer = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())
    numbers = serializers.DictField(child=serializers.FloatField())
    citation = serializers.CharField()
    sentence = serializers.SerializerMethodField()

    def get_sentence(self, verdict: Any) -> str:
        return sentence(verdict, language())


class EntryOutput(serializers.Serializer[Any]):
    """One load; `url` opens its report. `uncertainty` (95 %) belongs to what was `measured` (volume | mass)."""

    report = serializers.UUIDField(source="report_id")
    url = serializers.HyperlinkedIdentityField(
        view_name="report", lookup_field="report_id", lookup_url_kwarg="report_id"
    )
    load = serializers.CharField()
    at = serializers.DateTimeField()
    place_kind = serializers.CharField()
    sampled = serializers.BooleanField()
    mineral = serializers.CharField()
    mineral_code = serializers.CharField()
    volume_m3 = serializers.FloatField(allow_null=True)
    mass_t = serializers.FloatField(allow_null=True)
    measured = serializers.CharField()
    basis = serializers.CharField()
    uncertainty = serializers.FloatField(allow_null=True)
    density = serializers.FloatField(allow_null=True)
    density_source = serializers.CharField()


class LedgerLicence(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()


class LedgerOutput(serializers.Serializer[Any]):
    """The sums are the same for everybody; the entries are those of reports the reader may see, and `hidden` says how
    many more there are."""

    licence = LedgerLicence()
    year = serializers.IntegerField()
    unit = serializers.CharField()
    basis = serializers.CharField()
    permitted = serializers.FloatField(allow_null=True)
    capacities = LedgerCapacityOutput(many=True)
    density = serializers.FloatField(allow_null=True)
    density_source = serializers.CharField()
    declared = DeclaredOutput()
    observed = ObservedOutput(many=True)
    verdicts = VerdictOutput(many=True)
    hidden = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EntryOutput(many=True)


class LedgerQuery(serializers.Serializer[Any]):
    year = serializers.IntegerField(min_value=1990, max_value=2999)


class ByReport(ByNumber):
    """By the number of the report; the loads of one report in the order in which they were drawn."""

    ordering = ("-number", "id")  # type: ignore[assignment]  # Django REST framework takes both


class LedgerApi(generics.GenericAPIView[Any]):
    """Sổ khối lượng của giấy phép trong năm / the load ledger of a licence and year: declared, observed, permitted."""

    roles: ClassVar = {"GET": EVERYONE}
    serializer_class = LedgerOutput
    pagination_class = ByReport

    @extend_schema(parameters=[LedgerQuery], responses=LedgerOutput)
    def get(self, request: Request, licence_id: UUID) -> Response:
        query = LedgerQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        year = query.validated_data["year"]
        found = load_ledger.ledger_of(licence_id, year, now=read_clock())
        entries = load_ledger.entries(scope_of(officer_of(request), CASE_READERS), licence_id, year)
        seen = entries.count()
        page = self.paginate_queryset(entries) or []
        links = self.get_paginated_response([]).data
        body = {
            **found.figures,
            "verdicts": found.verdicts,
            "hidden": found.loads - seen,
            **links,
            "results": page,
        }
        return Response(LedgerOutput(body, context={"request": request}).data)
