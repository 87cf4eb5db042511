package com.example.assorted;

import android.content.Context;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What this app does, from the asset that it carries: a line for the app, and one for each deed. */
final class Deeds {
    private static final String ASSET = "deeds.tsv";
    final List<String[]> all = new ArrayList<>();
    String label = "";
    String policy = "";

    static Deeds read(Context context) {
        Deeds deeds = new Deeds();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(context.getAssets().open(ASSET), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split("\t", -1);
                if ("app".equals(fields[0])) {
                    deeds.label = fields[1];
                    deeds.policy = fields[2];
                } else {
                    deeds.all.add(fields);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the app has no " + ASSET, e);
        }
        return deeds;
    }

    /** Whether the app asks for consent at all. */
    boolean asks() {
        return !policy.isEmpty();
    }
}
