"""Forms: one engine, a page at a time, three kinds of reports.

`form` takes what the officer does; `plan` and its neighbours say which fields a page has; `builder` makes them from
the facts and knows how what is typed into each becomes a value; `missing` and `verdicts` say what is wanting and what
the rules say.
"""
