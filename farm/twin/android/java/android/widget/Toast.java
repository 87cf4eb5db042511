package android.widget;

import android.content.Context;
import android.view.Windows;
import com.android.internal.os.Link;

/** A note that goes away by itself. */
public class Toast {
    public static final int LENGTH_SHORT = 0;
    public static final int LENGTH_LONG = 1;
    private final CharSequence text;

    private Toast(CharSequence text) {
        this.text = text;
    }

    public static Toast makeText(Context context, CharSequence text, int duration) {
        return new Toast(text);
    }

    public void show() {
        Link.send("op", "toast", "text", Windows.bounded(text));
    }
}
