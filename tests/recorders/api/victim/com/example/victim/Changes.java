package com.example.victim;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Cipher;
import javax.crypto.CipherOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Encrypts, hashes, encodes and compresses; answers with the outcome in hex. */
public class Changes {
    private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PLAIN = "imei=860000000000000&more".getBytes(StandardCharsets.UTF_8);

    private static Cipher cipher() throws Exception {
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(KEY, "AES"), new IvParameterSpec(new byte[16]));
        return cipher;
    }

    public static String run(String what) throws Exception {
        switch (what) {
            case "cipher": return hex(cipher().doFinal(PLAIN));
            case "pieces": {
                Cipher cipher = cipher();
                byte[] out = new byte[100];
                int count = cipher.update(PLAIN, 0, 20, out, 0);
                count += cipher.doFinal(PLAIN, 20, PLAIN.length - 20, out, count);
                return hex(Arrays.copyOf(out, count));
            }
            case "buffers": {
                ByteBuffer in = ByteBuffer.allocateDirect(64).put(PLAIN);
                in.flip();
                ByteBuffer out = ByteBuffer.allocate(64);
                int count = cipher().doFinal(in, out);
                return hex(Arrays.copyOf(out.array(), count));
            }
            case "stream": {
                ByteArrayOutputStream to = new ByteArrayOutputStream();
                try (OutputStream out = new GZIPOutputStream(new CipherOutputStream(to, cipher()))) {
                    out.write(PLAIN);
                }
                return hex(to.toByteArray());
            }
            case "mac": {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
                return hex(mac.doFinal(PLAIN));
            }
            case "digest": {
                MessageDigest digest = MessageDigest.getInstance("MD5");
                digest.update(PLAIN[0]);
                digest.update(ByteBuffer.wrap(PLAIN, 1, 9));
                return hex(digest.digest(Arrays.copyOfRange(PLAIN, 10, PLAIN.length)));
            }
            case "base64": return hex(Base64.getEncoder().encodeToString(PLAIN).getBytes());
            case "decode": return hex(Base64.getDecoder().decode("aW1laQ=="));
            case "gzip": {
                ByteArrayOutputStream to = new ByteArrayOutputStream();
                try (OutputStream out = new GZIPOutputStream(to)) {
                    out.write(PLAIN, 0, 5);
                    out.write(PLAIN, 5, PLAIN.length - 5);
                }
                return hex(to.toByteArray());
            }
            case "deflate": {
                Deflater deflater = new Deflater();
                deflater.setInput(PLAIN);
                deflater.finish();
                byte[] out = new byte[200];
                int count = deflater.deflate(out);
                deflater.end();
                return hex(Arrays.copyOf(out, count));
            }
            case "json": return hex(new org.json.JSONObject("imei").toString().getBytes());
            case "platform": // the platform hashes on its own behalf
                java.util.UUID.nameUUIDFromBytes(PLAIN);
                return "done";
            default: return "?";
        }
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte one : bytes) text.append(String.format("%02x", one));
        return text.toString();
    }
}
