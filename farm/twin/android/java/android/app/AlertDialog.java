package android.app;

import android.content.Context;
import android.content.DialogInterface;
import android.view.View;
import android.view.ViewGroup;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import android.widget.TextView;
import java.util.LinkedHashMap;
import java.util.Map;

/** A dialog of a title, a message and up to three buttons. */
public class AlertDialog extends Dialog implements DialogInterface {
    private static final int TITLE = 0x01020016; // android.R.id.title
    private static final int MESSAGE = 0x0102000b; // android.R.id.message
    private final Map<Integer, Button> buttons = new LinkedHashMap<>();

    protected AlertDialog(Context context) {
        super(context);
    }

    public Button getButton(int which) {
        return buttons.get(which);
    }

    /** Describes a dialog, then makes it. */
    public static class Builder {
        private final Context context;
        private final Map<Integer, CharSequence> labels = new LinkedHashMap<>();
        private final Map<Integer, OnClickListener> listeners = new LinkedHashMap<>();
        private CharSequence title;
        private CharSequence message;
        private View view;
        private boolean cancelable = true;
        private OnDismissListener dismissed;

        public Builder(Context context) {
            this.context = context;
        }

        public Builder setTitle(CharSequence text) {
            title = text;
            return this;
        }

        public Builder setMessage(CharSequence text) {
            message = text;
            return this;
        }

        public Builder setView(View content) {
            view = content;
            return this;
        }

        public Builder setCancelable(boolean flag) {
            cancelable = flag;
            return this;
        }

        public Builder setOnDismissListener(OnDismissListener listener) {
            dismissed = listener;
            return this;
        }

        public Builder setPositiveButton(CharSequence text, OnClickListener listener) {
            return button(BUTTON_POSITIVE, text, listener);
        }

        public Builder setNegativeButton(CharSequence text, OnClickListener listener) {
            return button(BUTTON_NEGATIVE, text, listener);
        }

        public Builder setNeutralButton(CharSequence text, OnClickListener listener) {
            return button(BUTTON_NEUTRAL, text, listener);
        }

        private Builder button(int which, CharSequence text, OnClickListener listener) {
            labels.put(which, text);
            listeners.put(which, listener);
            return this;
        }

        public AlertDialog create() {
            AlertDialog dialog = new AlertDialog(context);
            LinearLayout column = new LinearLayout(context);
            column.setOrientation(LinearLayout.VERTICAL);
            column.setPadding(16);
            column.setBackgroundColor(0xffffffff);
            if (title != null) {
                column.addView(text(title, 20, TITLE));
            }
            if (message != null) {
                ScrollView scroll = new ScrollView(context);
                scroll.addView(text(message, 15, MESSAGE));
                column.addView(scroll);
            }
            if (view != null) {
                column.addView(view);
            }
            column.addView(row(dialog));
            dialog.setContentView(column);
            dialog.setCancelable(cancelable);
            dialog.setOnDismissListener(dismissed);
            if (title != null) {
                dialog.setTitle(title);
            }
            return dialog;
        }

        public AlertDialog show() {
            AlertDialog dialog = create();
            dialog.show();
            return dialog;
        }

        private TextView text(CharSequence content, float size, int id) {
            TextView text = new TextView(context);
            text.setText(content);
            text.setTextSize(size);
            text.setId(id);
            return text;
        }

        /** Neutral, negative, positive from left to right; ids as android.R.id.button1 to 3. */
        private View row(AlertDialog dialog) {
            LinearLayout row = new LinearLayout(context);
            row.setOrientation(LinearLayout.HORIZONTAL);
            for (int which : new int[] {BUTTON_NEUTRAL, BUTTON_NEGATIVE, BUTTON_POSITIVE}) {
                if (!labels.containsKey(which)) {
                    continue;
                }
                Button button = new Button(context);
                button.setText(labels.get(which));
                button.setId(0x01020019 + (-1 - which)); // android.R.id.button1 is the positive one
                OnClickListener listener = listeners.get(which);
                button.setOnClickListener(clicked -> {
                    if (listener != null) {
                        listener.onClick(dialog, which);
                    }
                    dialog.dismiss();
                });
                dialog.buttons.put(which, button);
                row.addView(button, new LinearLayout.LayoutParams(0, ViewGroup.LayoutParams.WRAP_CONTENT, 1));
            }
            return row;
        }
    }
}
