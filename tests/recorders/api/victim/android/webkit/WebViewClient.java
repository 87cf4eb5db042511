package android.webkit;

/** As far as the victim needs it. */
public class WebViewClient {
    public void onReceivedSslError(WebView view, SslErrorHandler handler, SslError error) {
        handler.cancel();
    }

    public static class WebView {}

    public static class SslError {
        public String getUrl() { return "https://shop.example/"; }
    }

    public static class SslErrorHandler {
        public String said = "nothing";

        public void cancel() { said = "refused"; }

        public void proceed() { said = "passed"; }
    }
}
