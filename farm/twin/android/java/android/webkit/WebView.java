package android.webkit;

import android.content.Context;
import android.widget.FrameLayout;

/** A page in an app. What it shows is drawn by its children here. */
public class WebView extends FrameLayout {
    public WebView(Context context) {
        super(context);
    }
}
