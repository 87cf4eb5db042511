package com.example.metrics;

import android.content.ContentProvider;

/** 示例统计 SDK starts itself with the process, before the app's own code. */
public class MetricsProvider extends ContentProvider {
    @Override
    public boolean onCreate() {
        Metrics.init(getContext());
        return true;
    }
}
