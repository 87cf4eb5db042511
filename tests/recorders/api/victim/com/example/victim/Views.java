package com.example.victim;

/** The WebViews that apps bring along, used as the platform's is. */
public class Views {
    public static String run(String what) {
        switch (what) {
            case "x5": {
                com.tencent.smtt.sdk.WebView view = new com.tencent.smtt.sdk.WebView();
                view.loadUrl("https://x5.example/?id=1");
                view.evaluateJavascript("x5()", null);
                view.addJavascriptInterface(new Views(), "x5");
                new com.tencent.smtt.sdk.CookieManager().setCookie("https://x5.example/", "uid=5");
                return "done";
            }
            case "uc": {
                com.uc.webview.export.WebView view = new com.uc.webview.export.WebView();
                view.loadUrl("https://uc.example/?id=1");
                view.evaluateJavascript("uc()", null);
                view.addJavascriptInterface(new Views(), "uc");
                new com.uc.webview.export.CookieManager().setCookie("https://uc.example/", "uid=6");
                return "done";
            }
            case "near": {
                new com.tencent.smtt.sdk.WebView().reload();
                new com.uc.webview.export.WebView().reload();
                new com.tencent.smtt.sdk.CookieManager().hasCookies();
                new Own().loadUrl("https://own.example/");
                return "done";
            }
            default: return "?";
        }
    }

    /** No WebView, though it has a method of the same name. */
    static class Own {
        void loadUrl(String url) {}
    }
}
