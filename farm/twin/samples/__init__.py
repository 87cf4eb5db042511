"""Sources of the twin's sample apps: each a folder of `app.yaml` and `java`; SDKs in `sdks`."""
