"""Makes `hooks/signatures/platform.txt` from published stubs of android.jar."""
