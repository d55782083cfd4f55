using FunctionalDL.Cli;

return Fdl.Run(args, Console.Out, Console.Error);
