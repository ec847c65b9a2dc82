"""What packaging for Android needs: the spec, what goes into the package, and what can be verified without an SDK.

python -m mobile.android    `make apk`
"""
