package com.uc.webview.export;

/** The WebView that an app brings along. */
public class WebView {
    public void loadUrl(String url) {}
    public void evaluateJavascript(String script, Object callback) {}
    public void addJavascriptInterface(Object object, String name) {}
    public void reload() {}
}
