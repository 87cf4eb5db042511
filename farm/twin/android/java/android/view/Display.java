package android.view;

import android.content.res.Resources;
import android.util.DisplayMetrics;

/** The screen. */
public final class Display {
    public void getMetrics(DisplayMetrics out) {
        DisplayMetrics metrics = Resources.getSystem().getDisplayMetrics();
        out.widthPixels = metrics.widthPixels;
        out.heightPixels = metrics.heightPixels;
        out.density = metrics.density;
        out.densityDpi = metrics.densityDpi;
    }

    public int getWidth() {
        return Resources.getSystem().getDisplayMetrics().widthPixels;
    }

    public int getHeight() {
        return Resources.getSystem().getDisplayMetrics().heightPixels;
    }
}
