package com.tencent.smtt.sdk;

public class CookieManager {
    public void setCookie(String url, String value) {}
    public boolean hasCookies() { return true; }
}
