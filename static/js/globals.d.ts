// What browsers have and TypeScript does not know of yet, or what is not part of any standard.

interface Window {
  /** On the pages that load it: parts/live.html. */
  htmx?: { trigger(element: Element, event: string): void };
  BarcodeDetector?: {
    new (options: {
      formats: string[];
    }): {
      detect(video: HTMLVideoElement): Promise<{ rawValue: string; format: string }[]>;
    };
    getSupportedFormats(): Promise<string[]>;
  };
}

interface Navigator {
  /** Safari: the page runs as an installed app. */
  standalone?: boolean;
}

interface MediaTrackCapabilities {
  torch?: boolean;
  focusMode?: string[];
  zoom?: { min: number; max: number };
}

interface MediaTrackSettings {
  zoom?: number;
}

interface MediaTrackConstraintSet {
  torch?: boolean;
  focusMode?: string;
  zoom?: number | boolean;
}

interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

interface WindowEventMap {
  beforeinstallprompt: BeforeInstallPromptEvent;
}
