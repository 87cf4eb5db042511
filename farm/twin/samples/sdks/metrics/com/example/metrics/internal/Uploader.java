package com.example.metrics.internal;

import com.example.kit.Http;

/** Sends 示例统计 SDK's events home. */
public final class Uploader {
    private static final String ADDRESS = "https://collect.metrics.example/v4/events";

    private Uploader() {}

    public static void upload(String event) {
        Http.postJson(ADDRESS, event, false);
    }
}
