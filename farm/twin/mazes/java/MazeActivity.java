package com.example.maze;

import android.Manifest;
import android.app.Activity;
import android.app.AlertDialog;
import android.content.Intent;
import android.os.Bundle;
import android.util.Log;
import android.view.View;
import android.view.ViewGroup;
import android.webkit.WebView;
import android.widget.Button;
import android.widget.EditText;
import android.widget.FrameLayout;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import com.example.kit.Choice;
import com.example.kit.Ui;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** All screens of the maze in one activity, as apps of fragments have them; it keeps the way back. */
public class MazeActivity extends Activity {
    private static final String TAG = "maze";
    private static final int POSTS = 40;
    private static final Random CHANCE = new Random();
    private final List<Integer> way = new ArrayList<>();
    private final Set<Integer> asked = new HashSet<>();
    private MazeTable maze;
    private int number;
    private boolean detail;

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        maze = MazeTable.read(this);
        if (maze.consent && !new Choice(this).isAccepted()) {
            setContentView(Ui.column(this, Ui.title(this, R.id.title, maze.label)));
            ask();
        } else {
            enter(0);
        }
    }

    @Override
    public void onBackPressed() {
        if (detail) {
            show();
        } else if (way.size() > 1) {
            way.remove(way.size() - 1);
            number = way.get(way.size() - 1);
            show();
        } else {
            finish();
        }
    }

    private MazeTable.Screen screen() {
        return maze.screens.get(number);
    }

    private void enter(int screen) {
        way.add(screen);
        number = screen;
        show();
        if (asked.add(screen)) {
            dialog(maze.screens.get(screen).dialog);
        }
    }

    private void ask() {
        new AlertDialog.Builder(this)
                .setTitle("温馨提示")
                .setMessage("欢迎使用，请您阅读并同意《用户协议》和《隐私政策》")
                .setCancelable(false)
                .setNegativeButton("不同意", (dialog, which) -> finish())
                .setPositiveButton("同意", (dialog, which) -> {
                    new Choice(this).set(true);
                    enter(0);
                })
                .show();
    }

    private void show() {
        detail = false;
        Log.i(TAG, "screen " + number);
        String kind = screen().kind;
        switch (kind) {
            case "canvas":
                setContentView(picture(new FrameLayout(this)));
                break;
            case "web":
                setContentView(picture(new WebView(this)));
                break;
            case "wall":
                setContentView(wall());
                break;
            case "form":
                setContentView(form());
                break;
            default:
                setContentView(list("feed".equals(kind)));
        }
    }

    private View list(boolean feed) {
        LinearLayout rows = Ui.column(this);
        rows.addView(Ui.title(this, R.id.title, screen().title));
        List<String> texts = screen().texts;
        for (int i = 0; i < texts.size(); i++) {
            int target = screen().targets.get(i);
            rows.addView(Ui.button(this, R.id.row, texts.get(i), () -> follow(target)));
        }
        if (feed) {
            for (int i = 0; i < POSTS; i++) {
                String post = "求推荐好书 第" + CHANCE.nextInt(1_000_000) + "期";
                rows.addView(Ui.button(this, R.id.post, post, () -> detail(post)));
            }
        } else if (texts.isEmpty()) {
            rows.addView(Ui.text(this, R.id.body, screen().body, 15));
        }
        ScrollView scroll = new ScrollView(this);
        scroll.addView(rows);
        return scroll;
    }

    private void detail(String post) {
        detail = true;
        setContentView(Ui.column(this, Ui.title(this, R.id.title, "帖子详情"),
                Ui.text(this, R.id.body, post + " 楼主说：今天天气不错", 15)));
    }

    /** Buttons that are drawn, and told to nobody but the eye. */
    private View picture(ViewGroup canvas) {
        canvas.setImportantForAccessibility(View.IMPORTANT_FOR_ACCESSIBILITY_NO_HIDE_DESCENDANTS);
        canvas.addView(list(false));
        return canvas;
    }

    private View wall() {
        EditText phone = new EditText(this);
        phone.setId(R.id.phone);
        phone.setHint("请输入手机号");
        EditText password = new EditText(this);
        password.setId(R.id.password);
        password.setHint("请输入密码");
        password.setInputType(0x81);
        return Ui.column(this, Ui.title(this, R.id.title, "欢迎登录"), phone, password,
                Ui.button(this, R.id.login, "登录", () -> { }));
    }

    private View form() {
        EditText field = new EditText(this);
        field.setId(R.id.phone);
        String text = screen().texts.isEmpty() ? "" : screen().texts.get(0);
        Button next = Ui.button(this, R.id.row, text, () -> {
            if (field.getText().length() > 0) {
                follow(screen().targets.get(0));
            }
        });
        return Ui.column(this, Ui.title(this, R.id.title, screen().title), field, next);
    }

    private void follow(int target) {
        if (target >= 0) {
            enter(target);
        } else if (target == MazeTable.FOREIGN) {
            Intent intent = new Intent();
            intent.setClassName("com.android.settings", "com.android.settings.Settings");
            startActivity(intent);
        } else if (target == MazeTable.RESET) {
            Log.i(TAG, "reset");
            finishAffinity();
        }
    }

    private void dialog(String kind) {
        switch (kind) {
            case "permission":
                requestPermissions(new String[] {Manifest.permission.ACCESS_FINE_LOCATION}, 1);
                break;
            case "update":
                notice("发现新版本", "修复问题", "以后再说", "立即更新");
                break;
            case "rating":
                notice("给个好评", "喜欢我们的应用吗", "下次再说", "去好评");
                break;
            case "battery":
                startActivity(new Intent("android.settings.REQUEST_IGNORE_BATTERY_OPTIMIZATIONS"));
                break;
            case "advertisement":
                notice("广告", "年中大促", "跳过广告", "查看");
                break;
            default:
        }
    }

    private void notice(String title, String text, String no, String yes) {
        new AlertDialog.Builder(this).setTitle(title).setMessage(text)
                .setNegativeButton(no, (dialog, which) -> { })
                .setPositiveButton(yes, (dialog, which) -> { })
                .show();
    }
}
