package android.content.res;

import java.util.Locale;

/** The device's configuration. */
public final class Configuration {
    public Locale locale = Locale.getDefault();
    public int screenWidthDp;
    public int screenHeightDp;
    public int orientation = 1;
}
