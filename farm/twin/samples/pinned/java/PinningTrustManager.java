package com.example.pinned;

import android.util.Base64;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509TrustManager;

/** Trusts one key: SHA-256 of its SubjectPublicKeyInfo in Base64, whoever signed it. */
final class PinningTrustManager implements X509TrustManager {
    private final String pin;

    PinningTrustManager(String pin) {
        this.pin = pin;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(chain[0].getPublicKey().getEncoded());
            if (!Base64.encodeToString(digest, Base64.NO_WRAP).equals(pin)) {
                throw new CertificateException("Certificate pinning failure!");
            }
        } catch (NoSuchAlgorithmException e) {
            throw new CertificateException(e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("not a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
