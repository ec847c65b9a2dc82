"""The window: draws what presenters give and hands on what fingers do. The only place that knows Kivy."""
