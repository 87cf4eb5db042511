package com.android.internal.os;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The process's line to the phone's system: what Binder is on a phone. */
public final class Link {
    private static final long CALL_SECONDS = 20;
    private static final int LINE_BYTES = 8 * 1024 * 1024 - 1024;
    private static volatile Link current;

    private final Socket socket;
    private final OutputStream out;
    private final AtomicLong calls = new AtomicLong();
    private final Map<Long, CompletableFuture<Map<String, Object>>> waiting = new ConcurrentHashMap<>();

    private Link(Socket socket) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
    }

    /** Connects to the system on a loopback port. */
    static Link open(int port) throws IOException {
        Socket socket = new Socket(Proxy.NO_PROXY);
        socket.connect(new java.net.InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 10_000);
        socket.setTcpNoDelay(true);
        current = new Link(socket);
        return current;
    }

    /** Sends one message; keys and values in turn. */
    public static void send(Object... pairs) {
        Link link = current;
        if (link == null) {
            return;
        }
        byte[] line = (Json.write(Json.map(pairs)) + "\n").getBytes(StandardCharsets.UTF_8);
        if (line.length > LINE_BYTES) {
            return; // as a parcel too large for Binder: it never arrives
        }
        synchronized (link.out) {
            try {
                link.out.write(line);
                link.out.flush();
            } catch (IOException e) {
                // The system is gone and will kill this process.
            }
        }
    }

    /** Asks a system service and waits for its answer; throws what the service throws. */
    public static Object call(String service, String method, Object... args) {
        Link link = current;
        if (link == null) {
            throw new IllegalStateException("the process is not attached");
        }
        long id = link.calls.incrementAndGet();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        link.waiting.put(id, answer);
        try {
            send("op", "call", "id", id, "service", service, "method", method, "args", args);
            Map<String, Object> reply = answer.get(CALL_SECONDS, TimeUnit.SECONDS);
            if (reply.get("error") instanceof Map) {
                throw exception((Map<?, ?>) reply.get("error"));
            }
            return reply.get("value");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(service + "." + method + ": the system did not answer", e);
        } finally {
            link.waiting.remove(id);
        }
    }

    private static RuntimeException exception(Map<?, ?> error) {
        String message = String.valueOf(error.get("message"));
        switch (String.valueOf(error.get("class"))) {
            case "java.lang.SecurityException":
                return new SecurityException(message);
            case "java.lang.IllegalArgumentException":
                return new IllegalArgumentException(message);
            case "java.lang.UnsupportedOperationException":
                return new UnsupportedOperationException(message);
            case "android.content.pm.PackageManager$NameNotFoundException":
                return new MissingPackage(message);
            default:
                return new RuntimeException(error.get("class") + ": " + message);
        }
    }

    /** A service's answer that a package does not exist; PackageManager makes it a checked one. */
    public static final class MissingPackage extends RuntimeException {
        MissingPackage(String name) {
            super(name);
        }
    }

    /** Reads messages until the system hangs up; replies are matched here, the rest goes on. */
    void read(Consumer<Map<String, Object>> handler) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        String line;
        while ((line = reader.readLine()) != null) {
            @SuppressWarnings("unchecked")
            Map<String, Object> message = (Map<String, Object>) Json.parse(line);
            if ("reply".equals(message.get("op"))) {
                CompletableFuture<Map<String, Object>> answer =
                        waiting.get(((Number) message.get("id")).longValue());
                if (answer != null) {
                    answer.complete(message);
                }
            } else {
                handler.accept(message);
            }
        }
    }

    /** A list of texts out of a message; empty where there is none. */
    static List<String> texts(Object value) {
        List<String> texts = new java.util.ArrayList<>();
        if (value instanceof List) {
            for (Object item : (List<?>) value) {
                texts.add(String.valueOf(item));
            }
        }
        return texts;
    }
}
