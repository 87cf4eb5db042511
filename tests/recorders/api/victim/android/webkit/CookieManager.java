package android.webkit;

/** As far as the victim needs it. */
public abstract class CookieManager {
    public abstract void setCookie(String url, String value);
}
