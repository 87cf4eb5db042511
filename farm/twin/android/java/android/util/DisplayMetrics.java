package android.util;

/** Size and density of the screen. */
public class DisplayMetrics {
    public int widthPixels;
    public int heightPixels;
    public float density;
    public int densityDpi;
}
