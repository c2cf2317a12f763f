package cli

type demoCmd struct{}

func (demoCmd) Run(p *program) error { return nil }

type serverCmd struct{}

func (serverCmd) Run(p *program) error { return nil }

type stationCmd struct{}

func (stationCmd) Run(p *program) error { return nil }

type lockCmd struct{}

func (lockCmd) Run(p *program) error { return nil }

type keyCmd struct{}

func (keyCmd) Run(p *program) error { return nil }

type mountCmd struct{}

func (mountCmd) Run(p *program) error { return nil }
