package com.example.kit;

import android.util.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;

/** HTTP requests in the background; failures are logged and forgotten, as many apps do. */
public final class Http {
    private static final String TAG = "Http";
    private static final int TIMEOUT_MILLIS = 15_000;
    private static final ExecutorService POOL = Executors.newFixedThreadPool(2, work -> {
        Thread thread = new Thread(work, "http");
        thread.setDaemon(true);
        return thread;
    });

    private Http() {}

    /** GET in the background. */
    public static void get(String url) {
        POOL.execute(() -> attempt(url, null, null, false));
    }

    /** POST of JSON in the background, compressed if wanted. */
    public static void postJson(String url, String json, boolean gzip) {
        POOL.execute(() -> attempt(url, "application/json; charset=utf-8", json, gzip));
    }

    /** POST of form fields in the background. */
    public static void postForm(String url, String fields) {
        POOL.execute(() -> attempt(url, "application/x-www-form-urlencoded", fields, false));
    }

    private static void attempt(String url, String type, String body, boolean gzip) {
        try {
            int status = send((HttpURLConnection) new URL(url).openConnection(), type, body, gzip);
            Log.i(TAG, "HTTP " + status);
        } catch (IOException e) {
            Log.w(TAG, "request failed", e);
        }
    }

    /** One request on an open connection; returns the status. */
    public static int send(HttpURLConnection connection, String type, String body, boolean gzip)
            throws IOException {
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setRequestProperty("User-Agent", "okhttp/3.12.1");
        if (body != null) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", type);
            if (gzip) {
                connection.setRequestProperty("Content-Encoding", "gzip");
                bytes = compressed(bytes);
            }
            try (OutputStream out = connection.getOutputStream()) {
                out.write(bytes);
            }
        }
        int status = connection.getResponseCode();
        try (InputStream in =
                status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            if (in != null) {
                in.readNBytes(1 << 20);
            }
        }
        return status;
    }

    private static byte[] compressed(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }
}
