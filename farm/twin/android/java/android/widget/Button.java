package android.widget;

import android.content.Context;
import android.view.Gravity;

/** A button. */
public class Button extends TextView {
    public Button(Context context) {
        super(context);
        setClickable(true);
        setTextSize(16);
        setGravity(Gravity.CENTER);
        setBackgroundColor(0xffe0e6f0);
        setPadding(10);
    }
}
