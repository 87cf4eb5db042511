package com.example.victim;

import java.io.File;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLSocketFactory;

/** Connects, and answers with its own port or what went wrong. */
public class Net {
    public static String run(String what, int port) throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        switch (what) {
            case "socket":
                try (Socket socket = new Socket(loopback, port)) {
                    return String.valueOf(socket.getLocalPort());
                }
            case "channel":
                try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(loopback, port))) {
                    return String.valueOf(channel.socket().getLocalPort());
                }
            case "udp":
            case "quic":
                try (DatagramSocket socket = new DatagramSocket()) {
                    byte[] data = {(byte) (what.equals("quic") ? 0xC3 : 0x01), 0, 0, 0, 1};
                    InetAddress to = InetAddress.getByName("127.0.0.9");
                    for (int i = 0; i < 3; i++) {
                        socket.send(new DatagramPacket(data, data.length, to, port));
                    }
                    return String.valueOf(socket.getLocalPort());
                }
            case "tls":
                try (Socket socket = SSLSocketFactory.getDefault().createSocket("localhost", port)) {
                    socket.getOutputStream().write(1);
                    return "connected";
                } catch (IOException e) {
                    return "failed";
                }
            case "scan":
                int found = 0;
                for (int i = port; i < port + 40; i++) {
                    try (Socket socket = new Socket(loopback, i)) {
                        found++;
                    } catch (IOException e) {
                        // nobody listens
                    }
                }
                return "scanned";
            case "su": return String.valueOf(new File("/system/xbin/su").exists());
            case "maps": return String.valueOf(new java.io.FileInputStream("/proc/self/maps").read() > 0);
            default: return "?";
        }
    }
}
