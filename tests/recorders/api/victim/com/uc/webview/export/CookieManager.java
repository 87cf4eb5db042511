package com.uc.webview.export;

public class CookieManager {
    public void setCookie(String url, String value) {}
    public boolean hasCookies() { return true; }
}
