package com.example.kit;

import android.content.Context;
import android.view.Gravity;
import android.view.View;
import android.view.ViewGroup;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.TextView;

/** Views built in code. */
public final class Ui {
    private Ui() {}

    /** Pixels of a length in dp. */
    public static int dp(Context context, int dp) {
        return Math.round(dp * context.getResources().getDisplayMetrics().density);
    }

    public static LinearLayout column(Context context, View... views) {
        LinearLayout column = new LinearLayout(context);
        column.setOrientation(LinearLayout.VERTICAL);
        int padding = dp(context, 16);
        column.setPadding(padding, padding, padding, padding);
        column.setBackgroundColor(0xffffffff);
        for (View view : views) {
            column.addView(view, new LinearLayout.LayoutParams(
                    ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.WRAP_CONTENT));
        }
        return column;
    }

    /** Views side by side, each with the same share. */
    public static LinearLayout row(Context context, View... views) {
        LinearLayout row = new LinearLayout(context);
        row.setOrientation(LinearLayout.HORIZONTAL);
        for (View view : views) {
            row.addView(view,
                    new LinearLayout.LayoutParams(0, ViewGroup.LayoutParams.WRAP_CONTENT, 1));
        }
        return row;
    }

    public static TextView text(Context context, int id, String text, int size) {
        TextView view = new TextView(context);
        view.setId(id);
        view.setText(text);
        view.setTextSize(size);
        return view;
    }

    public static TextView title(Context context, int id, String text) {
        TextView view = text(context, id, text, 20);
        view.setGravity(Gravity.CENTER);
        return view;
    }

    public static Button button(Context context, int id, String text, Runnable clicked) {
        Button view = new Button(context);
        view.setId(id);
        view.setText(text);
        view.setOnClickListener(v -> clicked.run());
        return view;
    }
}
