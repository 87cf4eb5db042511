package com.example.maze;

import android.content.Context;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The maze that this app carries as an asset: a line for each screen, and one for each way on. */
final class MazeTable {
    static final int FOREIGN = -2;
    static final int RESET = -3;
    private static final String ASSET = "maze.tsv";
    final List<Screen> screens = new ArrayList<>();
    String label = "";
    boolean consent;

    /** One screen. */
    static final class Screen {
        final String kind;
        final String title;
        final String body;
        final String dialog;
        final List<String> texts = new ArrayList<>();
        final List<Integer> targets = new ArrayList<>();

        Screen(String kind, String title, String body, String dialog) {
            this.kind = kind;
            this.title = title;
            this.body = body;
            this.dialog = dialog;
        }
    }

    static MazeTable read(Context context) {
        MazeTable table = new MazeTable();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(context.getAssets().open(ASSET), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                table.add(line.split("\t", -1));
            }
        } catch (IOException e) {
            throw new IllegalStateException("the app has no " + ASSET, e);
        }
        return table;
    }

    private void add(String[] fields) {
        switch (fields[0]) {
            case "maze":
                label = fields[1];
                consent = "consent".equals(fields[2]);
                break;
            case "screen":
                screens.add(new Screen(fields[1], fields[2], fields[3], fields[4]));
                break;
            default:
                Screen last = screens.get(screens.size() - 1);
                last.texts.add(fields[1]);
                last.targets.add(Integer.parseInt(fields[2]));
        }
    }
}
