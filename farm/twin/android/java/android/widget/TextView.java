package android.widget;

import android.content.Context;
import android.view.Gravity;
import android.view.View;
import android.view.Windows;
import java.util.Map;

/** Text. */
public class TextView extends View {
    private CharSequence text = "";
    private CharSequence hint = "";
    private float size = 14;
    private int color = 0xff222222;
    private int gravity;

    public TextView(Context context) {
        super(context);
    }

    public void setText(CharSequence value) {
        text = value == null ? "" : value;
        invalidate();
    }

    public CharSequence getText() {
        return text;
    }

    public void setHint(CharSequence value) {
        hint = value;
        invalidate();
    }

    /** Size in sp. */
    public void setTextSize(float sp) {
        size = sp;
        invalidate();
    }

    public void setTextColor(int argb) {
        color = argb;
        invalidate();
    }

    public void setGravity(int value) {
        gravity = value;
        invalidate();
    }

    @Override
    protected Map<String, Object> describe() {
        Map<String, Object> node = super.describe();
        node.put("text", Windows.bounded(text));
        if (hint.length() > 0) {
            node.put("hint", Windows.bounded(hint));
        }
        node.put("text_size", size);
        node.put("color", Windows.color(color));
        node.put("gravity", Gravity.nameOf(gravity));
        return node;
    }
}
