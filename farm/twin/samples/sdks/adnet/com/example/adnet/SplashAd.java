package com.example.adnet;

import android.content.Context;
import android.os.Handler;
import android.os.Looper;
import android.view.Gravity;
import android.view.View;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.TextView;
import com.example.kit.Ui;

/** 示例广告 SDK (Example Ad Network): a start screen's advertisement with a countdown. */
public final class SplashAd {
    private final Handler handler = new Handler(Looper.getMainLooper());
    private final Context context;
    private final Runnable done;
    private Button skip;
    private int seconds = 5;
    private boolean over;

    public SplashAd(Context context, Runnable done) {
        this.context = context;
        this.done = done;
    }

    /** The advertisement's view, with ids for its skip and close buttons. */
    public View view(int skipId, int closeId, int titleId) {
        skip = Ui.button(context, skipId, "跳过 " + seconds, this::finish);
        Button close = Ui.button(context, closeId, "关闭", this::finish);
        TextView mark = new TextView(context);
        mark.setText("广告");
        mark.setTextSize(11);
        mark.setTextColor(0xff888888);
        TextView offer = Ui.text(context, titleId, "年中大促 全场五折起 点击查看详情", 24);
        offer.setGravity(Gravity.CENTER);
        LinearLayout column = Ui.column(context, Ui.row(context, mark, skip), offer, close);
        handler.postDelayed(this::tick, 1000);
        return column;
    }

    private void tick() {
        seconds--;
        if (seconds <= 0) {
            finish();
        } else if (!over) {
            skip.setText("跳过 " + seconds);
            handler.postDelayed(this::tick, 1000);
        }
    }

    private void finish() {
        if (!over) {
            over = true;
            done.run();
        }
    }
}
