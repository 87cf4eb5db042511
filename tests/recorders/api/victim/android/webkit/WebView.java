package android.webkit;

/** As far as the victim needs it. */
public class WebView {
    public void loadUrl(String url) { loadUrl(url, null); }

    public void loadUrl(String url, java.util.Map<String, String> headers) {}

    public void evaluateJavascript(String script, Object callback) {}

    public void addJavascriptInterface(Object object, String name) {}
}
