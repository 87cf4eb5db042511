package android.widget;

import android.content.Context;
import java.util.Map;

/** A button that is on or off. */
public abstract class CompoundButton extends Button {
    private boolean checked;
    private OnCheckedChangeListener changed;

    /** Told of a change. */
    public interface OnCheckedChangeListener {
        void onCheckedChanged(CompoundButton button, boolean isChecked);
    }

    public CompoundButton(Context context) {
        super(context);
        setBackgroundColor(0);
        setGravity(0);
    }

    public boolean isChecked() {
        return checked;
    }

    public void setChecked(boolean value) {
        if (checked != value) {
            checked = value;
            invalidate();
            if (changed != null) {
                changed.onCheckedChanged(this, value);
            }
        }
    }

    public void setOnCheckedChangeListener(OnCheckedChangeListener listener) {
        changed = listener;
    }

    @Override
    public boolean performClick() {
        setChecked(!checked);
        super.performClick();
        return true;
    }

    @Override
    protected Map<String, Object> describe() {
        Map<String, Object> node = super.describe();
        node.put("checkable", true);
        node.put("checked", checked);
        return node;
    }
}
