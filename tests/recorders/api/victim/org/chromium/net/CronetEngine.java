package org.chromium.net;

/** As far as the victim needs it. */
public class CronetEngine {
    public static class Builder {
        public boolean quic = true;

        public Builder enableQuic(boolean value) {
            quic = value;
            return this;
        }
    }
}
