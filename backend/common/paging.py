"""Keyset paging by the server's own number."""

from rest_framework.pagination import CursorPagination


class ByNumber(CursorPagination):
    """Newest first by `number`, which is given in the order of commits: a page neither repeats nor skips."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-number"
