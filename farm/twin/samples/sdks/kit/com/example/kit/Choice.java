package com.example.kit;

import android.content.Context;
import android.content.SharedPreferences;

/** The user's answer to the privacy policy, kept across starts. */
public final class Choice {
    private static final String ACCEPTED = "privacy_accepted";
    private final SharedPreferences preferences;

    public Choice(Context context) {
        preferences = context.getSharedPreferences("privacy", Context.MODE_PRIVATE);
    }

    public boolean isMade() {
        return preferences.contains(ACCEPTED);
    }

    public boolean isAccepted() {
        return preferences.getBoolean(ACCEPTED, false);
    }

    public void set(boolean accepted) {
        preferences.edit().putBoolean(ACCEPTED, accepted).commit();
    }
}
