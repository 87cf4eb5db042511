package com.uc.webview.export;

import android.webkit.WebViewClient.SslError;
import android.webkit.WebViewClient.SslErrorHandler;

/** Refuses, as the platform's does. */
public class WebViewClient {
    public void onReceivedSslError(WebView view, SslErrorHandler handler, SslError error) { handler.cancel(); }
}
