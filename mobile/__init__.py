"""The field app: records, seals, keeps and sends reports. Kivy lives in `mobile.ui` only."""
