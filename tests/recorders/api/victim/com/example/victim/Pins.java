package com.example.victim;

import android.webkit.WebViewClient;
import com.datatheorem.android.trustkit.pinning.PinningTrustManager;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.chromium.net.CronetEngine;

/** Checks of pinned certificates, each of which refuses: "refused", or "passed" if it was overridden. */
public class Pins {
    static class Manager implements X509TrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            if (type.equals("other")) throw new IllegalArgumentException("no check of a certificate");
            throw new CertificateException("not my pin");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    }

    public static String run(String what) throws Exception {
        try {
            switch (what) {
                case "manager":
                    new Manager().checkServerTrusted(new X509Certificate[0], "RSA");
                    return "passed";
                case "mistake":
                    new Manager().checkServerTrusted(new X509Certificate[0], "other");
                    return "passed";
                case "host": {
                    HostnameVerifier never = new HostnameVerifier() {
                        @Override
                        public boolean verify(String host, javax.net.ssl.SSLSession session) {
                            return false;
                        }
                    };
                    return never.verify("api.example", null) ? "passed" : "refused";
                }
                case "moved":
                    new com.shaded.okhttp3.CertificatePinner().check("moved.example", Collections.emptyList());
                    return "passed";
                case "obfuscated":
                    new a.b.c().a("hidden.example", Collections.emptyList());
                    return "passed";
                case "webview": {
                    WebViewClient.SslErrorHandler handler = new WebViewClient.SslErrorHandler();
                    new WebViewClient().onReceivedSslError(null, handler, new WebViewClient.SslError());
                    return handler.said;
                }
                case "trustkit":
                    new PinningTrustManager().checkServerTrusted(new X509Certificate[0], "RSA");
                    return "passed";
                case "context": { // handed to TLS, as a phone shows it first
                    Manager manager = new Manager();
                    SSLContext.getInstance("TLS").init(null, new TrustManager[] {manager}, null);
                    manager.checkServerTrusted(new X509Certificate[0], "RSA");
                    return "passed";
                }
                case "x5": {
                    WebViewClient.SslErrorHandler handler = new WebViewClient.SslErrorHandler();
                    new com.tencent.smtt.sdk.WebViewClient()
                            .onReceivedSslError(null, handler, new WebViewClient.SslError());
                    return handler.said;
                }
                case "uc": {
                    WebViewClient.SslErrorHandler handler = new WebViewClient.SslErrorHandler();
                    new com.uc.webview.export.WebViewClient()
                            .onReceivedSslError(null, handler, new WebViewClient.SslError());
                    return handler.said;
                }
                case "cronet": return new CronetEngine.Builder().enableQuic(true).quic ? "quic" : "http/2";
                default: return "?";
            }
        } catch (CertificateException | SSLPeerUnverifiedException e) {
            return "refused";
        } catch (IllegalArgumentException e) {
            return e.getMessage().replace(' ', '_');
        }
    }
}
