package android.widget;

import android.content.Context;
import java.util.Map;

/** A field to type into. */
public class EditText extends TextView {
    private static final int TYPE_TEXT_VARIATION_PASSWORD = 0x80;
    private boolean password;

    public EditText(Context context) {
        super(context);
        setClickable(true);
        setPadding(8);
    }

    public void setInputType(int type) {
        password = (type & TYPE_TEXT_VARIATION_PASSWORD) != 0;
        invalidate();
    }

    @Override
    protected Map<String, Object> describe() {
        Map<String, Object> node = super.describe();
        node.put("password", password);
        return node;
    }
}
